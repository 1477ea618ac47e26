import Foundation

/// The build directory of the running tests.
public enum BuildDirectory {
  /// The directory of the test bundle, with the built programs and a directory of object files per module.
  public static let path: String = {
    // The first argument is the test bundle, or the runner next to it.
    let candidates = [Bundle.main.bundlePath, Bundle.main.executablePath ?? "", CommandLine.arguments[0]]
    let directories = candidates.flatMap { path in
      let url = URL(filePath: path)
      return [url.path, url.deletingLastPathComponent().path]
    }
    return directories.first { FileManager.default.isExecutableFile(atPath: "\($0)/martlet") }
      ?? "the command is not built"
  }()

  /// The release build next to it, if the environment states that it is of the same sources, as in CI.
  public static let release: String? =
    ProcessInfo.processInfo.environment["MARTLET_REQUIRE_RELEASE"] == "1" ? "\(path)/../release" : nil
}
