// libhdf5 as Swift sees it. Its type, flag and property constants are macros that Swift does not import (and the
// `*_g` globals behind them do not pass Swift's concurrency check), so each one that is needed is a function here.
#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H

#include <hdf5.h>

// In-memory and stored number types: H5T_NATIVE_* and H5T_STD_*/H5T_IEEE_* are macros.
static inline hid_t martlet_hdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t martlet_hdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t martlet_hdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t martlet_hdf5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t martlet_hdf5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t martlet_hdf5_stored_int32(void) { return H5T_STD_I32LE; }
static inline hid_t martlet_hdf5_stored_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t martlet_hdf5_stored_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t martlet_hdf5_stored_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t martlet_hdf5_stored_int64(void) { return H5T_STD_I64LE; }

// The C string type and the variable size are macros too.
static inline hid_t martlet_hdf5_c_string(void) { return H5T_C_S1; }
static inline size_t martlet_hdf5_variable_size(void) { return H5T_VARIABLE; }

// The newest version of the library that may have to read the file is a macro, and the flag of H5Fcreate.
static inline H5F_libver_t martlet_hdf5_latest_version(void) { return H5F_LIBVER_LATEST; }
static inline unsigned martlet_hdf5_truncate(void) { return H5F_ACC_TRUNC; }

// Turns off the library's locking of files; negative where it cannot be turned off.
static inline herr_t martlet_hdf5_disable_locking(hid_t access) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
  return H5Pset_file_locking(access, 0, 1);
#else
  (void)access;
  return -1;
#endif
}

// Property list classes.
static inline hid_t martlet_hdf5_file_creation(void) { return H5P_FILE_CREATE; }
static inline hid_t martlet_hdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t martlet_hdf5_link_creation(void) { return H5P_LINK_CREATE; }
static inline hid_t martlet_hdf5_dataset_creation(void) { return H5P_DATASET_CREATE; }

// The default property list, the dataspace of everything, and the default error stack carry casts that Swift cannot
// import.
static inline hid_t martlet_hdf5_default_properties(void) { return H5P_DEFAULT; }
static inline hid_t martlet_hdf5_all(void) { return H5S_ALL; }
static inline hid_t martlet_hdf5_default_stack(void) { return H5E_DEFAULT; }

#endif
