/// The numbers of a dataset, in their stored type.
package enum HDF5Values: Equatable, Sendable {
  case floats([Float])
  case integers([Int64])
}
