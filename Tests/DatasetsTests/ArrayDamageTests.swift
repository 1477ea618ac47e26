import Foundation
import Testing

@testable import Datasets

@Suite("Corrupt files of arrays")
struct ArrayDamageTests {
  @Test(
    "are refused or read without a crash: flipped bits, and truncations",
    arguments: [
      ("images.npy", ArrayFileProbe.npy), ("fortran.npy", .npy), ("arrays-deflated.npz", .npz), ("zip64.npz", .npz),
      ("images.idx", .idx), ("labels.idx", .idx), ("arrays.h5", .hdf5), ("types.h5", .hdf5),
    ])
  func damage(name: String, probe: ArrayFileProbe) throws {
    let good = try Array(Data(contentsOf: URL(filePath: NPZTests.golden(name))))
    try probe.read(good)
    var bytes = good
    for index in 0..<300 {
      let bit = index * 40_009 % (8 * good.count)
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      try? probe.read(bytes)
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    for count in stride(from: 0, to: good.count, by: max(good.count / 50, 1)) {
      try? probe.read(Array(good.prefix(count)))
    }
  }
}
