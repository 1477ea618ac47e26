import ArgumentParser

/// The format of tables.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case csv
  case json
  case markdown
}
