/// The version of this package, as in `martlet --version`, files and logs.
public enum MartletVersion {
  /// Source: Semantic Versioning 2.0.0, <https://semver.org>.
  public static let text = "1.0.0"
}
