#ifndef MARTLET_CJPEG_SHIM_H
#define MARTLET_CJPEG_SHIM_H

#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// libjpeg reports an error by a function that must not return: by default it ends the process. Here it jumps back. Swift has
// no setjmp, so the whole decoding is one C function.

/// The size of the picture that the caller read in the file's header, and the limits of the decoding.
struct martlet_jpeg_request {
  const unsigned char *bytes;
  unsigned long count;
  unsigned int height, width;
  int components;       ///< in the file: 1, 3 or 4
  int scan_limit;       ///< scans of a progressive picture
  long memory_limit;    ///< bytes for coefficients
};

enum martlet_jpeg_status {
  martlet_jpeg_decoded,
  martlet_jpeg_failed,      ///< libjpeg's error or warning, with `code` and `message`
  martlet_jpeg_mismatch,    ///< libjpeg found another size or number of components
  martlet_jpeg_many_scans,  ///< more scans than the limit
};

struct martlet_jpeg_decoder {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  int scan_limit;
  enum martlet_jpeg_status status;
  int code;  ///< a `J_MESSAGE_CODE`
  char message[JMSG_LENGTH_MAX];
};

static inline void martlet_jpeg_escape(j_common_ptr info, enum martlet_jpeg_status status) {
  struct martlet_jpeg_decoder *decoder = (struct martlet_jpeg_decoder *)info->err;
  decoder = (struct martlet_jpeg_decoder *)((char *)decoder - offsetof(struct martlet_jpeg_decoder, errors));
  decoder->status = status;
  decoder->code = info->err->msg_code;
  info->err->format_message(info, decoder->message);
  longjmp(decoder->escape, 1);
}

static inline void martlet_jpeg_error_exit(j_common_ptr info) { martlet_jpeg_escape(info, martlet_jpeg_failed); }

/// Warnings (a negative level) about damaged pixels count as errors; those about superfluous or doubtful metadata do not.
static inline void martlet_jpeg_emit_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
  case JWRN_EXTRANEOUS_DATA:
  case JWRN_ADOBE_XFORM:
  case JWRN_JFIF_MAJOR:
  case JWRN_BOGUS_ICC:
    return;
  default:
    martlet_jpeg_escape(info, martlet_jpeg_failed);
  }
}

static inline void martlet_jpeg_output_message(j_common_ptr info) { (void)info; }

static inline void martlet_jpeg_progress(j_common_ptr info) {
  struct martlet_jpeg_decoder *decoder = (struct martlet_jpeg_decoder *)
    ((char *)info->err - offsetof(struct martlet_jpeg_decoder, errors));
  if (decoder->info.input_scan_number > decoder->scan_limit) martlet_jpeg_escape(info, martlet_jpeg_many_scans);
}

/// Decodes a picture as Pillow does: accurate integer DCT, no scaling, smooth upsampling of the colors. `decoder` is memory
/// for the decoder, whose status, code and message are valid afterwards. `pixels` has room for height x width x components
/// bytes: gray, RGB, or CMYK as stored.
static inline void martlet_jpeg_decode(
    struct martlet_jpeg_decoder *decoder, const struct martlet_jpeg_request *request, unsigned char *pixels) {
  struct jpeg_decompress_struct *info = &decoder->info;
  memset(decoder, 0, sizeof *decoder);
  info->err = jpeg_std_error(&decoder->errors);
  decoder->errors.error_exit = martlet_jpeg_error_exit;
  decoder->errors.emit_message = martlet_jpeg_emit_message;
  decoder->errors.output_message = martlet_jpeg_output_message;
  decoder->scan_limit = request->scan_limit;
  if (setjmp(decoder->escape) != 0) {
    jpeg_destroy_decompress(info);
    return;
  }
  jpeg_create_decompress(info);
  info->mem->max_memory_to_use = request->memory_limit;
  decoder->progress.progress_monitor = martlet_jpeg_progress;
  info->progress = &decoder->progress;
  jpeg_mem_src(info, (unsigned char *)request->bytes, request->count);
  jpeg_read_header(info, TRUE);
  if (info->image_height != request->height || info->image_width != request->width ||
      info->num_components != request->components) {
    martlet_jpeg_escape((j_common_ptr)info, martlet_jpeg_mismatch);
  }
  info->out_color_space =
    request->components == 1 ? JCS_GRAYSCALE : request->components == 3 ? JCS_RGB : JCS_CMYK;
  info->dct_method = JDCT_ISLOW;
  info->do_fancy_upsampling = TRUE;
  jpeg_start_decompress(info);
  size_t row_count = (size_t)request->width * (size_t)request->components;
  while (info->output_scanline < request->height) {
    JSAMPROW rows[16];
    unsigned int count = request->height - info->output_scanline;
    if (count > 16) count = 16;
    for (unsigned int row = 0; row < count; row += 1) rows[row] = pixels + (info->output_scanline + row) * row_count;
    jpeg_read_scanlines(info, rows, count);
  }
  jpeg_finish_decompress(info);
  decoder->status = martlet_jpeg_decoded;
  jpeg_destroy_decompress(info);
}

#endif
