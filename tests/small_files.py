"""A small file of every kind that is read, made here: for tests of what broken ones do."""

import io

import numpy as np
import PIL.Image
import tifffile

SIDE = 24


def pixels(shape=(SIDE, SIDE, 3), dtype=np.uint8, seed=0):
    """Random and flat parts, so that every coder has something to do."""
    held = np.random.default_rng(seed).integers(0, 256, shape).astype(dtype)
    held[: SIDE // 2] = 77
    return held


def by_pillow(form, mode="RGB", **options):
    file = io.BytesIO()
    PIL.Image.fromarray(pixels()).convert(mode).save(file, form, **options)
    return file.getvalue()


def animated(form, **options):
    frames = [PIL.Image.fromarray(pixels((SIDE, SIDE, 4), seed=seed)) for seed in range(3)]
    file = io.BytesIO()
    frames[0].save(file, form, save_all=True, append_images=frames[1:], duration=80, loop=2, **options)
    return file.getvalue()


def two_jpegs():
    frames = [PIL.Image.fromarray(pixels(seed=seed)) for seed in range(2)]
    file = io.BytesIO()
    frames[0].save(file, "MPO", save_all=True, append_images=frames[1:])
    return file.getvalue()


def tiff(*shapes, dtype=np.uint8, **options):
    file = io.BytesIO()
    options = {"photometric": "rgb", "metadata": None} | options
    with tifffile.TiffWriter(
        file, byteorder=options.pop("byteorder", "<"), bigtiff=options.pop("bigtiff", False)
    ) as made:
        for shape in shapes or [(SIDE, SIDE, 3)]:
            made.write(pixels(shape, dtype), **options)
    return file.getvalue()


def exif():
    held = PIL.Image.Exif()
    held[271], held[274] = "Maker", 6
    held[0x8769] = {0x829A: (1, 50), 0x9003: "2024:01:02 03:04:05"}
    return held.tobytes()


def small_files():
    """name -> bytes."""
    grey = {"photometric": "minisblack"}
    table = np.arange(768, dtype=np.uint16).reshape(3, 256) * 85
    return {
        "rgb.png": by_pillow("PNG", exif=exif(), dpi=(300, 300)),
        "rgba.png": by_pillow("PNG", "RGBA"),
        "palette.png": by_pillow("PNG", "P"),
        "bit.png": by_pillow("PNG", "1"),
        "animated.png": animated("PNG", disposal=2),
        "rgb.jpg": by_pillow("JPEG", exif=exif(), comment=b"a comment"),
        "progressive.jpg": by_pillow("JPEG", progressive=True),
        "grey.jpg": by_pillow("JPEG", "L"),
        "cmyk.jpg": by_pillow("JPEG", "CMYK"),
        "two.jpg": two_jpegs(),
        "lossy.webp": by_pillow("WEBP", exif=exif()),
        "lossless.webp": by_pillow("WEBP", "RGBA", lossless=True),
        "animated.webp": animated("WEBP"),
        "still.gif": by_pillow("GIF", "P"),
        "animated.gif": animated("GIF", disposal=2),
        "rgb.bmp": by_pillow("BMP"),
        "palette.bmp": by_pillow("BMP", "P"),
        "bit.bmp": by_pillow("BMP", "1"),
        "bytes.ppm": by_pillow("PPM"),
        "bits.pbm": by_pillow("PPM", "1"),
        "text.pgm": b"P2 # a remark\n3 2\n9\n0 1 2\n3 4 9\n",
        "text.pbm": b"P1\n3 2\n010 1 1 1\n",
        "two.pgm": 2 * by_pillow("PPM", "L"),
        "floats.pfm": b"Pf\n4 3\n-1.0\n" + np.linspace(0, 1, 12, dtype="<f4").tobytes(),
        "rgb.tif": tiff(compression="zlib", predictor=2),
        "lzw.tif": tiff(compression="lzw", byteorder=">"),
        "jpeg.tif": tiff(compression="jpeg"),
        "zstd.tif": tiff(compression="zstd"),
        "packbits.tif": tiff(compression="packbits"),
        "tiled.tif": tiff((3, 40, 40), tile=(16, 16), planarconfig="separate"),
        "floats.tif": tiff((SIDE, SIDE), dtype=np.float32, **grey),
        "doubles.tif": tiff((SIDE, SIDE), dtype=np.float64, **grey),
        "halves.tif": tiff((SIDE, SIDE), dtype=np.float16, **grey),
        "deep.tif": tiff((SIDE, SIDE), dtype=np.uint16, bigtiff=True, **grey),
        "bit.tif": tiff((SIDE, SIDE), dtype=bool, **grey),
        "palette.tif": tiff((SIDE, SIDE), photometric="palette", colormap=table),
        "inks.tif": tiff((SIDE, SIDE, 4), photometric="separated"),
        "pages.tif": tiff((SIDE, SIDE, 3), (30, 20, 3), (SIDE, SIDE, 3)),
        "shaped.tif": tiff((3, SIDE, SIDE), metadata={}, **grey),
    }
