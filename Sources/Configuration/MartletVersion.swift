/// The version of this package: what `martlet --version` says, and what files and logs name.
public enum MartletVersion {
  /// Source: Semantic Versioning 2.0.0, <https://semver.org>.
  public static let text = "0.2.0"
}
