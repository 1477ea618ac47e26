// libhdf5 as Swift sees it. Its type, flag and property constants are macros that Swift does not import (and the
// `*_g` globals behind them do not pass Swift's concurrency check), so each one that is needed is a function here.
#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H

#include <hdf5.h>

// In-memory and stored number types: H5T_NATIVE_* and H5T_STD_*/H5T_IEEE_* are macros.
static inline hid_t martlet_hdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t martlet_hdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t martlet_hdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t martlet_hdf5_stored_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t martlet_hdf5_stored_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t martlet_hdf5_stored_int64(void) { return H5T_STD_I64LE; }

// The C string type and the variable size are macros too.
static inline hid_t martlet_hdf5_c_string(void) { return H5T_C_S1; }
static inline size_t martlet_hdf5_variable_size(void) { return H5T_VARIABLE; }

// What a plugin directory could bring is not asked for: no code is loaded for the sake of a file.
static inline herr_t martlet_hdf5_forbid_plugins(void) { return H5PLset_loading_state(0); }

// Flags of H5Fopen and H5Fcreate.
static inline unsigned martlet_hdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned martlet_hdf5_truncate(void) { return H5F_ACC_TRUNC; }

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

// H5Literate is a function in 1.10 and a macro over versioned functions from 1.12 on.
#if H5_VERSION_GE(1, 12, 0)
typedef H5L_info2_t martlet_hdf5_link_info;
static inline herr_t martlet_hdf5_iterate(hid_t group, H5L_iterate2_t body, void *context) {
  hsize_t position = 0;
  return H5Literate2(group, H5_INDEX_NAME, H5_ITER_INC, &position, body, context);
}
#else
typedef H5L_info_t martlet_hdf5_link_info;
static inline herr_t martlet_hdf5_iterate(hid_t group, H5L_iterate_t body, void *context) {
  hsize_t position = 0;
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &position, body, context);
}
#endif

// So is H5Lget_info. 1 for a link to an object of the same file, 0 for one that leads elsewhere, -1 for a failure.
static inline int martlet_hdf5_is_hard_link(hid_t file, const char *path) {
#if H5_VERSION_GE(1, 12, 0)
  H5L_info2_t info;
  herr_t status = H5Lget_info2(file, path, &info, H5P_DEFAULT);
#else
  H5L_info_t info;
  herr_t status = H5Lget_info(file, path, &info, H5P_DEFAULT);
#endif
  return status < 0 ? -1 : info.type == H5L_TYPE_HARD;
}

#endif
