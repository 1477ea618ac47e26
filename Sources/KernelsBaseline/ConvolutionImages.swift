import CVector

// The images of convolutions, with the padding that windows see, and sums and transposes of rows.

extension VectorKernels {
  /// The part of the image that windows cover, including padding.
  @_transparent
  static func covered(
    _ image: UnsafePointer<Float>, _ plan: ConvolutionPlan, _ copy: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    if plan.isInPlace { return image }
    pad(image, plan, copy)
    return UnsafePointer(copy)
  }

  @inline(never)
  private static func pad(
    _ image: UnsafePointer<Float>, _ plan: ConvolutionPlan, _ copy: UnsafeMutablePointer<Float>
  ) {
    let overlap = Overlap(plan)
    var zeros = 0
    for row in 0..<overlap.rows {
      let start = overlap.coveredStart + row * overlap.coveredStride
      (copy + zeros).update(repeating: 0, count: start - zeros)
      (copy + start).update(from: image + row * overlap.imageStride, count: overlap.count)
      zeros = start + overlap.count
    }
    (copy + zeros).update(repeating: 0, count: plan.coveredCount - zeros)
  }

  @inline(never)
  static func crop(_ copy: UnsafePointer<Float>, _ plan: ConvolutionPlan, _ image: UnsafeMutablePointer<Float>) {
    let overlap = Overlap(plan)
    var zeros = 0
    for row in 0..<overlap.rows {
      let start = row * overlap.imageStride
      (image + zeros).update(repeating: 0, count: start - zeros)
      (image + start).update(
        from: copy + overlap.coveredStart + row * overlap.coveredStride, count: overlap.count)
      zeros = start + overlap.count
    }
    (image + zeros).update(repeating: 0, count: plan.inputCount - zeros)
  }

  /// Copies `count` floats, followed by zeros up to `padded`.
  @_transparent
  static func copyRow(
    _ source: UnsafePointer<Float>, count: Int, _ target: UnsafeMutablePointer<Float>, padded: Int
  ) {
    var index = 0
    while index < padded {
      let rest = padded - index
      let value =
        index + lanes <= count
        ? loadVector(source + index) : loadFirst(max(count - index, 0), source + min(index, count))
      if rest >= lanes { storeVector(value, target + index) } else { storeFirst(rest, value, target + index) }
      index += lanes
    }
  }

  /// target (columns, rows) = values (rows, columns), in blocks that fit the cache.
  ///
  /// - Parameter distance: that of the rows of the target; nil if they are adjacent.
  @inline(never)
  static func transpose(
    _ values: UnsafePointer<Float>, rows: Int, columns: Int, _ target: UnsafeMutablePointer<Float>,
    stride distance: Int? = nil
  ) {
    let distance = distance ?? rows
    let block = 16
    for firstRow in stride(from: 0, to: rows, by: block) {
      for firstColumn in stride(from: 0, to: columns, by: block) {
        for row in firstRow..<min(firstRow + block, rows) {
          for column in firstColumn..<min(firstColumn + block, columns) {
            target[column * distance + row] = values[row * columns + column]
          }
        }
      }
    }
  }

  /// sums (columns) = the sum of the rows.
  @inline(never)
  public static func sumRows(
    _ values: UnsafePointer<Float>, rows: Int, columns: Int, _ sums: UnsafeMutablePointer<Float>
  ) {
    var column = 0
    while column < columns {
      let count = min(lanes, columns - column)
      var total = Vector()
      for row in 0..<rows { total += loadFirst(count, values + row * columns + column) }
      storeFirst(count, total, sums + column)
      column += lanes
    }
  }
}

/// The pixels shared by an image and its padded copy.
private struct Overlap {
  let rows: Int
  /// The number of floats per row.
  let count: Int
  let coveredStart: Int
  let coveredStride: Int
  let imageStride: Int

  @_transparent init(_ plan: ConvolutionPlan) {
    let geometry = plan.geometry
    let channels = geometry.inputChannels
    rows = min(geometry.inputHeight, plan.coveredHeight - geometry.paddingTop)
    count = min(geometry.inputWidth, plan.coveredWidth - geometry.paddingLeft) * channels
    coveredStart = (geometry.paddingTop * plan.coveredWidth + geometry.paddingLeft) * channels
    coveredStride = plan.coveredWidth * channels
    imageStride = geometry.inputWidth * channels
  }
}
