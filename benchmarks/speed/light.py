"""What `pip install grainless` brings, package by package, in megabytes; more than 280, or PyTorch, is a failure.

    make light        # runs this in an environment of its own

pip's own compiled bytecode comes on top where it is asked for (pip install --compile, its default): a fifth more.
"""

import sys
from importlib.metadata import Distribution, distributions

MOST = 280
NEVER = {"torch", "scipy", "matplotlib", "scikit-image"}
TOOLS = {"pip", "setuptools"}  # of the environment itself


def megabytes(package: Distribution) -> float:
    sizes = (path.locate().stat().st_size for path in package.files or [] if path.locate().exists())
    return sum(sizes) / 1e6


if __name__ == "__main__":
    sizes = {each.name: megabytes(each) for each in distributions() if each.name not in TOOLS}
    for name, size in sorted(sizes.items(), key=lambda pair: -pair[1]):
        print(f"{name:20} {size:7.1f} MB")
    total = sum(sizes.values())
    print(f"{'all':20} {total:7.1f} MB; at most {MOST} are allowed")
    if total > MOST or NEVER & set(sizes):
        sys.exit(
            f"Too heavy: {total:.0f} MB, with {', '.join(NEVER & set(sizes)) or 'nothing that is never needed'}."
        )
