/// The purpose of random numbers; no two purposes of a run share a number.
public enum RandomPurpose: UInt8, Sendable {
  case initialWeights = 1
  case sampleOrder = 2
  case syntheticData = 3
  case dropout = 4
  case augmentation = 5
  case noise = 6
  case subset = 7
  case validationSplit = 8
  case oversampling = 9
  case spatialDropout = 16
  case gaussianDropout = 17
  case batchAugmentation = 18
}
