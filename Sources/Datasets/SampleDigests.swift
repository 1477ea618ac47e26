/// The digests of samples whose contents need not be hashed again.
package struct SampleDigests: Sendable {
  /// What the digests are of, and all else that decides the inputs.
  let description: String
  /// The SHA-256 of each stored sample, concatenated.
  let bytes: [UInt8]
  /// The file of each stored sample; empty if samples have no files of their own.
  var files: [String] = []
  /// The size of a digest in bytes.
  static let size = 32
}
