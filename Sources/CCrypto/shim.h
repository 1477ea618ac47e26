#ifndef MARTLET_CCRYPTO_SHIM_H
#define MARTLET_CCRYPTO_SHIM_H

#include <openssl/crypto.h>
#include <openssl/evp.h>

#endif
