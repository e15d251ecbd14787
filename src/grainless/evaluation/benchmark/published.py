"""What others published of themselves, by the protocol "field" or, of real pairs, "real". Nothing was run by us.

MACs are those of a pixel, reckoned from the architectures at 256 x 256.
"""

from collections.abc import Mapping
from dataclasses import dataclass

STORED = 0
"""In sigma's place, where the noise is the pictures' own."""


@dataclass(frozen=True)
class Published:
    """A denoiser as its paper, or its successors' tables, report it.

    Args:
        source: authors, title, where, when.
        psnr: set -> sigma in 255ths, or `STORED` for real pairs -> mean PSNR in dB.
        parameters: of one network.
        macs: multiply-adds a pixel.
        same_data: trained on BSD400 or BSD500 images alone, as ours are.
        blind: one network for all sigmas, which is not told which.
        note: what else a reader should know.
    """

    source: str
    psnr: Mapping[str, Mapping[int, float]]
    parameters: float | None = None
    macs: float | None = None
    same_data: bool = False
    blind: bool = False
    note: str = ""


def _at(*decibels: float | None) -> dict[int, float]:
    """By sigma: 15, 25, 50."""
    return {sigma: value for sigma, value in zip((15, 25, 50), decibels, strict=True) if value is not None}


DNCNN = 'Zhang, Zuo, Chen, Meng, Zhang, "Beyond a Gaussian denoiser", IEEE TIP 26(7), 2017'
BM3D = 'Dabov, Foi, Katkovnik, Egiazarian, "Image denoising by sparse 3-D transform-domain collaborative filtering"'

PUBLISHED: dict[str, Published] = {
    "BM3D": Published(
        f"{BM3D}, IEEE TIP 16(8), 2007; the scores are DnCNN's and its successors' tables'",
        {"set12": _at(32.37, 29.97, 26.72), "bsd68": _at(31.08, 28.57, 25.60)},
        note="told sigma",
    ),
    "CBM3D": Published(
        'Dabov, Foi, Katkovnik, Egiazarian, "Color image denoising via sparse 3D collaborative filtering with '
        "grouping constraint in luminance-chrominance space\", ICIP 2007; the scores are later tables'",
        {"cbsd68": _at(33.52, 30.71, 27.38), "polyu": {STORED: 37.40}},
        note="told sigma",
    ),
    "DnCNN-S": Published(
        DNCNN,
        {"set12": _at(32.86, 30.44, 27.18), "bsd68": _at(31.73, 29.23, 26.23)},
        parameters=0.56e6,
        macs=555e3,
        same_data=True,
        note="one network a sigma",
    ),
    "DnCNN-B": Published(
        DNCNN,
        {"bsd68": _at(31.61, 29.16, 26.23)},
        parameters=0.67e6,
        macs=665e3,
        same_data=True,
        blind=True,
    ),
    "CDnCNN-B": Published(
        DNCNN,
        {"cbsd68": _at(33.89, 31.23, 27.92)},
        same_data=True,
        blind=True,
        note="at sigma 15 other tables have 33.90 and 33.99",
    ),
    "IRCNN": Published(
        'Zhang, Zuo, Gu, Zhang, "Learning deep CNN denoiser prior for image restoration", CVPR 2017',
        {"set12": _at(32.77, 30.38, 27.14), "bsd68": _at(31.63, 29.15, 26.19)},
        parameters=0.19e6,
        macs=186e3,
    ),
    "FFDNet": Published(
        'Zhang, Zuo, Zhang, "FFDNet: toward a fast and flexible solution for CNN-based image denoising", IEEE '
        "TIP 27(9), 2018",
        {
            "set12": _at(32.75, 30.43, 27.32),
            "bsd68": _at(31.63, 29.19, 26.29),
            "cbsd68": _at(33.87, 31.21, 27.96),
        },
        parameters=0.49e6,
        macs=121e3,
        note="told sigma; parameters and MACs are the grey network's",
    ),
    "N3Net": Published(
        'Plötz, Roth, "Neural nearest neighbors networks", NeurIPS 2018',
        {"set12": _at(None, 30.55, 27.43), "bsd68": _at(None, 29.30, 26.39)},
        parameters=0.7e6,
        same_data=True,
    ),
    "NLRN": Published(
        'Liu, Wen, Fan, Loy, Huang, "Non-local recurrent network for image restoration", NeurIPS 2018',
        {"set12": _at(33.16, 30.80, 27.64), "bsd68": _at(31.88, 29.41, 26.47)},
        parameters=0.35e6,
        same_data=True,
    ),
    "MWCNN": Published(
        'Liu, Zhang, Zhang, Lin, Zuo, "Multi-level wavelet-CNN for image restoration", CVPR Workshops 2018',
        {"set12": _at(33.15, 30.79, 27.74), "bsd68": _at(31.86, 29.41, 26.53)},
        parameters=16e6,
    ),
    "DRUNet": Published(
        'Zhang, Li, Zuo, Zhang, Van Gool, Timofte, "Plug-and-play image restoration with deep denoiser prior", '
        "IEEE TPAMI 44(10), 2022, arXiv:2008.13751",
        {
            "set12": _at(33.25, 30.94, 27.90),
            "bsd68": _at(31.91, 29.48, 26.59),
            "cbsd68": _at(34.30, 31.69, 28.51),
        },
        parameters=32.6e6,
        macs=2120e3,
        note="told sigma",
    ),
    "SwinIR": Published(
        'Liang, Cao, Sun, Zhang, Van Gool, Timofte, "SwinIR: image restoration using Swin transformer", ICCV '
        "Workshops 2021, arXiv:2108.10257",
        {"set12": _at(33.36, 31.01, 27.91), "bsd68": _at(31.97, 29.50, 26.58)},
        parameters=11.5e6,
        note="one network a sigma",
    ),
    "SCUNet": Published(
        'Zhang, Li, Liang, Cao, Zhang, Tang, Timofte, Van Gool, "Practical blind image denoising via '
        'Swin-Conv-UNet and data synthesis", Machine Intelligence Research 2023, arXiv:2203.13278',
        {"set12": _at(33.43, 31.09, 28.04), "bsd68": _at(31.99, 29.55, 26.67)},
        parameters=17.9e6,
    ),
    "Restormer": Published(
        'Zamir, Arora, Khan, Hayat, Khan, Yang, "Restormer: efficient transformer for high-resolution image '
        'restoration", CVPR 2022, arXiv:2111.09881',
        {"cbsd68": _at(34.39, 31.78, 28.59), "polyu": {STORED: 37.51}},
        blind=True,
        note="on PolyU the network that was trained on SIDD's phones",
    ),
    "TWSC": Published(
        'Xu, Zhang, Zhang, "A trilateral weighted sparse coding scheme for real-world image denoising", ECCV 2018',
        {"polyu": {STORED: 38.60}},
        note="minutes an image",
    ),
    "Self2Self": Published(
        'Quan, Chen, Pang, Ji, "Self2Self with dropout: learning self-supervised denoising from single image", '
        "CVPR 2020",
        {"polyu": {STORED: 38.37}},
        note="a network an image, hours; 35.97 on the 40 crops of another table",
    ),
    "PUCA": Published(
        'Jang, Park, Lee, Ko, Na, "PUCA: patch-unshuffle and channel attention for enhanced self-supervised image '
        'denoising", NeurIPS 2023',
        {"polyu": {STORED: 37.51}},
    ),
    "PD-denoising": Published(
        'Zhou, Jiao, Huang, Wang, Wang, Shi, Huang, "When AWGN-based denoiser meets real noises", AAAI 2020',
        {"polyu": {STORED: 37.04}},
    ),
    "CBDNet": Published(
        'Guo, Yan, Zhang, Zuo, Zhang, "Toward convolutional blind denoising of real photographs", CVPR 2019',
        {"polyu": {STORED: 36.93}},
        note="36.93 to 38.74, depending on the table",
    ),
    "N2S": Published(
        'Batson, Royer, "Noise2Self: blind denoising by self-supervision", ICML 2019',
        {"polyu": {STORED: 35.04}},
    ),
    "N2V": Published(
        'Krull, Buchholz, Jug, "Noise2Void: learning denoising from single noisy images", CVPR 2019',
        {"polyu": {STORED: 33.83}},
    ),
    "ZS-N2N": Published(
        'Mansour, Heckel, "Zero-shot Noise2Noise: efficient image denoising without any data", CVPR 2023',
        {"polyu": {STORED: 35.17}},
        note="40 crops",
    ),
    "MIRNet": Published(
        'Zamir, Arora, Khan, Hayat, Khan, Yang, Shao, "Learning enriched features for real image restoration and '
        'enhancement", ECCV 2020',
        {"polyu": {STORED: 37.45}, "lol": {STORED: 24.14}},
        parameters=31.8e6,
    ),
    "RetinexNet": Published(
        'Wei, Wang, Yang, Liu, "Deep Retinex decomposition for low-light enhancement", BMVC 2018',
        {"lol": {STORED: 16.77}},
        parameters=0.84e6,
        note="SSIM .560",
    ),
    "KinD": Published(
        'Zhang, Zhang, Guo, "Kindling the darkness: a practical low-light image enhancer", ACM Multimedia 2019',
        {"lol": {STORED: 20.86}},
        parameters=8.0e6,
        note="SSIM .790",
    ),
    "SNR-Net": Published(
        'Xu, Wang, Fu, Jia, "SNR-aware low-light image enhancement", CVPR 2022',
        {"lol": {STORED: 24.61}},
        parameters=4.0e6,
        note="SSIM .842",
    ),
    "Retinexformer": Published(
        'Cai, Bian, Lin, Wang, Timofte, Zhang, "Retinexformer: one-stage Retinex-based transformer for low-light '
        'image enhancement", ICCV 2023',
        {"lol": {STORED: 25.16}},
        parameters=1.61e6,
        note="SSIM .845",
    ),
}


def on(data: str) -> dict[str, Published]:
    """Those that report scores on this set."""
    return {name: each for name, each in PUBLISHED.items() if data in each.psnr}
