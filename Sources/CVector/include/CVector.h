#ifndef CVECTOR_H
#define CVECTOR_H
#include <stdint.h>
#endif
