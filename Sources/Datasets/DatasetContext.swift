import Configuration
import Foundation
import Tensors

/// The environment in which data sets are loaded.
public struct DatasetContext: Sendable {
  /// The environment variables.
  public var environment: [String: String]
  /// A server to download from instead of the public mirrors.
  public var mirror: String?
  /// Whether missing files may be downloaded.
  public var canFetch = true
  /// Whether decoded pictures may be kept in memory: for training, which uses each of them many times. Else they are
  /// decoded when they are needed, and a folder may be larger than memory.
  package var keepsPictures = true
  /// Called with download progress, a line that replaces the previous one; an empty line ends it.
  public var progress: @Sendable (String) -> Void
  /// Called with warnings: problems of data that do not stop its use.
  public var warning: @Sendable (String) -> Void = { _ in }

  /// Creates an environment for loading data sets.
  public init(
    environment: [String: String], mirror: String? = nil, progress: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.environment = environment
    self.mirror = mirror
    self.progress = progress
  }

  /// The environment of this process.
  public static var current: DatasetContext { DatasetContext(environment: ProcessInfo.processInfo.environment) }

  /// The cache of downloaded data: `$XDG_CACHE_HOME/martlet`, or `~/.cache/martlet`; nil without a home directory.
  public var cacheDirectory: String? {
    // The XDG Base Directory Specification: a relative path counts as unset.
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return "\(cache)/martlet" }
    guard let home = environment["HOME"], !home.isEmpty else { return nil }
    return "\(home)/.cache/martlet"
  }
}
