#ifndef MARTLET_CCRYPTO_SHIM_H
#define MARTLET_CCRYPTO_SHIM_H

// The general interface (EVP) looks algorithms up by name and costs 2 MB of memory.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#endif
