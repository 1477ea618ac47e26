import Configuration
import Datasets
import NeuralNetwork

extension TrainingConfiguration {
  /// How pictures become inputs of the model: as its training pictures did, else resized in the color mode of its input.
  ///
  /// - Throws: `TrainingError.noPictures` if the input is not a picture.
  package func pictures(for input: Shape) throws -> ImagePreparation {
    var preparation = pictures ?? ImagePreparation()
    guard let size = input.imageOrPlane, preparation.setChannels(size.channels) else {
      throw TrainingError.noPictures(input: input)
    }
    preparation.size = HeightWidth(size.height, size.width)
    return preparation
  }
}
