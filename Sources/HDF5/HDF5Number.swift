import CHDF5

/// A number that datasets and attributes hold.
public protocol HDF5Number: BitwiseCopyable, Sendable {
  /// The library's type for it in memory. Call within `HDF5Library.call`.
  static var nativeType: hid_t { get }
  /// How it is stored: little-endian, whatever the machine.
  static var storedType: hid_t { get }
  static var typeClass: H5T_class_t { get }
  static var zero: Self { get }
}

extension Float: HDF5Number {
  public static var nativeType: hid_t { martlet_hdf5_native_float() }
  public static var storedType: hid_t { martlet_hdf5_stored_float() }
  public static var typeClass: H5T_class_t { H5T_FLOAT }
}

extension Double: HDF5Number {
  public static var nativeType: hid_t { martlet_hdf5_native_double() }
  public static var storedType: hid_t { martlet_hdf5_stored_double() }
  public static var typeClass: H5T_class_t { H5T_FLOAT }
}

extension Int64: HDF5Number {
  public static var nativeType: hid_t { martlet_hdf5_native_int64() }
  public static var storedType: hid_t { martlet_hdf5_stored_int64() }
  public static var typeClass: H5T_class_t { H5T_INTEGER }
}

extension H5T_class_t {
  /// What people call it.
  var wording: String {
    switch self {
    case H5T_FLOAT: "floating-point numbers"
    case H5T_INTEGER: "integers"
    case H5T_STRING: "text"
    default: "data of another type"
    }
  }
}
