import ArgumentParser
import Martlet

/// Human-readable text or JSON.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}
