/// The vector kernels of one build. Each works on one shard, on one thread, and allocates nothing.
///
/// Every value is summed in an order that depends on the sizes alone, so that a sample's numbers do not change with its
/// place in the shard.
public enum VectorKernels {}

extension VectorKernels {
  /// The floats of scratch that `denseForward` needs.
  @inline(never)
  public static func denseScratchCount() -> Int { tileRows * tileColumns * lanes }

  /// output = input · weightsᵀ + bias.
  ///
  /// - Parameters:
  ///   - input: (samples, inputs)
  ///   - weights: (units, inputs)
  ///   - bias: (units), or nil for none
  ///   - output: (samples, units), overwritten
  ///   - scratch: `denseScratchCount()` floats
  @inline(never)
  public static func denseForward(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, samples: Int, inputs: Int, units: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    var unit = 0
    while unit < units {
      let unitCount = min(tileColumns, units - unit)
      let columns = ColumnPointers(weights + unit * inputs, stride: inputs, count: unitCount)
      var sample = 0
      while sample < samples {
        let sampleCount = min(tileRows, samples - sample)
        let rows = RowPointers(input + sample * inputs, stride: inputs, count: sampleCount)
        dotProducts(rows, columns, count: inputs, scratch)
        sumLanes(
          scratch, bias: bias.map { $0 + unit }, output: output + sample * units + unit, rows: sampleCount,
          columns: unitCount, stride: units)
        sample += tileRows
      }
      unit += tileColumns
    }
  }

  /// The lane-wise sums of each row times each column, to (rows, columns, lanes) of scratch.
  ///
  /// The sum over the lanes is not made here: its shuffles would find their way into the loop.
  @inline(never)
  private static func dotProducts(
    _ rows: RowPointers, _ columns: ColumnPointers, count: Int, _ scratch: UnsafeMutablePointer<Float>
  ) {
    var tile = Tile()
    var index = 0
    while index + lanes <= count {
      tile.addVectors(rows, at: index, times: TileRow(columns, at: index))
      index += lanes
    }
    if index < count {
      tile.addFirst(count - index, rows, at: index, times: TileRow(columns, at: index, first: count - index))
    }
    tile.store(scratch, stride: tileColumns * lanes, count: tileRows)
  }

  @inline(never)
  private static func sumLanes(
    _ scratch: UnsafePointer<Float>, bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, rows: Int,
    columns: Int, stride: Int
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        let value = sum(loadVector(scratch + (row * tileColumns + column) * lanes))
        if let bias {
          output[row * stride + column] = value + bias[column]
        } else {
          output[row * stride + column] = value
        }
      }
    }
  }

  /// inputGradient = outputGradient · weights.
  ///
  /// - Parameters:
  ///   - outputGradient: (samples, units)
  ///   - weights: (units, inputs)
  ///   - inputGradient: (samples, inputs), overwritten
  @inline(never)
  public static func denseInputGradient(
    outputGradient: UnsafePointer<Float>, weights: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, inputs: Int, units: Int
  ) {
    multiply(
      outputGradient, rowStride: units, depthStride: 1, weights, inputGradient, rows: samples, columns: inputs,
      depth: units)
  }

  /// weightGradient = outputGradientᵀ · input, and the sum of outputGradient over the samples.
  ///
  /// - Parameters:
  ///   - outputGradient: (samples, units)
  ///   - input: (samples, inputs)
  ///   - weightGradient: (units, inputs), overwritten
  ///   - biasGradient: (units), overwritten; nil for no bias
  @inline(never)
  public static func denseWeightGradient(
    outputGradient: UnsafePointer<Float>, input: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>?, samples: Int, inputs: Int, units: Int
  ) {
    multiply(
      outputGradient, rowStride: 1, depthStride: units, input, weightGradient, rows: units, columns: inputs,
      depth: samples)
    guard let biasGradient else { return }
    for unit in 0..<units {
      var sum: Float = 0
      for sample in 0..<samples { sum += outputGradient[sample * units + unit] }
      biasGradient[unit] = sum
    }
  }

  /// c (rows, columns) = a (rows, depth) · b (depth, columns), with `a` at any strides.
  @inline(never)
  private static func multiply(
    _ a: UnsafePointer<Float>, rowStride: Int, depthStride: Int, _ b: UnsafePointer<Float>,
    _ c: UnsafeMutablePointer<Float>, rows: Int, columns: Int, depth: Int
  ) {
    let wide = tileColumns * lanes
    var column = 0
    while column < columns {
      let isWide = column + wide <= columns
      // A last vector that sticks out moves back over columns that are done, where there are any.
      let first = isWide || column + lanes <= columns ? column : max(columns - lanes, 0)
      var row = 0
      while row < rows {
        let count = min(tileRows, rows - row)
        let pointers = RowPointers(a + row * rowStride, stride: rowStride, count: count)
        let target = c + row * columns + first
        if isWide {
          wideTile(pointers, depthStride, b + first, target, rows: count, columns: columns, depth: depth)
        } else {
          narrowTile(
            pointers, depthStride, b + first, target, rows: count, columns: columns, depth: depth,
            width: min(lanes, columns - first))
        }
        row += tileRows
      }
      column = isWide ? column + wide : column + lanes
    }
  }

  @inline(never)
  private static func wideTile(
    _ a: RowPointers, _ depthStride: Int, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, rows: Int,
    columns: Int, depth: Int
  ) {
    var tile = Tile()
    for index in 0..<depth {
      let line = ColumnPointers(b + index * columns, stride: lanes, count: tileColumns)
      tile.addScalars(a, at: index * depthStride, times: TileRow(line, at: 0))
    }
    tile.store(c, stride: columns, count: rows)
  }

  /// One vector wide, or only the first `width` lanes of it.
  @inline(never)
  private static func narrowTile(
    _ a: RowPointers, _ depthStride: Int, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, rows: Int,
    columns: Int, depth: Int, width: Int
  ) {
    var tile = NarrowTile()
    if width == lanes {
      for index in 0..<depth { tile.addScalars(a, at: index * depthStride, times: loadVector(b + index * columns)) }
    } else {
      for index in 0..<depth {
        tile.addScalars(a, at: index * depthStride, times: loadFirst(width, b + index * columns))
      }
    }
    tile.store(c, stride: columns, count: rows, width: width)
  }
}
