import CHDF5

/// A number type that can be written to datasets and attributes.
package protocol HDF5StoredNumber: BitwiseCopyable, Sendable {
  /// The library's in-memory type. Call within `HDF5Library.call`.
  static var nativeType: hid_t { get }
  /// The stored type: little-endian on every machine.
  static var storedType: hid_t { get }
}

extension Float: HDF5StoredNumber {
  package static var nativeType: hid_t { martlet_hdf5_native_float() }
  package static var storedType: hid_t { martlet_hdf5_stored_float() }
}

extension Double: HDF5StoredNumber {
  package static var nativeType: hid_t { martlet_hdf5_native_double() }
  package static var storedType: hid_t { martlet_hdf5_stored_double() }
}

extension Int64: HDF5StoredNumber {
  package static var nativeType: hid_t { martlet_hdf5_native_int64() }
  package static var storedType: hid_t { martlet_hdf5_stored_int64() }
}

extension Int32: HDF5StoredNumber {
  package static var nativeType: hid_t { martlet_hdf5_native_int32() }
  package static var storedType: hid_t { martlet_hdf5_stored_int32() }
}

extension UInt8: HDF5StoredNumber {
  package static var nativeType: hid_t { martlet_hdf5_native_uint8() }
  package static var storedType: hid_t { martlet_hdf5_stored_uint8() }
}
