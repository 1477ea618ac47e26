/// How a sample is mixed with another one of its batch.
package struct SampleMixture {
  /// The place of the other sample in the batch.
  package var partner: Int
  /// The share of the sample itself.
  package var share: Float
  /// The part of the image that the other one replaces; nil to mix all values.
  var patch: ImagePatch?

  package init(partner: Int = 0, share: Float = 1) {
    self.partner = partner
    self.share = share
  }

  /// Mixes the values of a target, or of another vector: share · own + (1 − share) · other.
  package func mix(_ own: UnsafeMutablePointer<Float>, with other: UnsafePointer<Float>, count: Int) {
    let rest = 1 - share
    for index in 0..<count { own[index] = share * own[index] + rest * other[index] }
  }

  /// Mixes the values of an input.
  package func mix(_ own: UnsafeMutablePointer<Float>, with other: UnsafePointer<Float>, shape: Shape) {
    guard let patch, let image = shape.imageOrPlane else { return mix(own, with: other, count: shape.count) }
    let columns = ImagePatch.pixels(patch.columns, length: image.width)
    for row in ImagePatch.pixels(patch.rows, length: image.height) {
      let first = (row * image.width + columns.lowerBound) * image.channels
      (own + first).update(from: other + first, count: columns.count * image.channels)
    }
  }
}

extension Shape {
  /// (height, width, channels) of an image; (height, width) is an image of one channel.
  package var imageOrPlane: (height: Int, width: Int, channels: Int)? {
    switch dimensions.count {
    case 2: (dimensions[0], dimensions[1], 1)
    case 3: (dimensions[0], dimensions[1], dimensions[2])
    default: nil
    }
  }
}
