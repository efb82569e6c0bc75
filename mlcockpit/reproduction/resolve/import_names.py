"""The distribution behind an import is known for the packages whose two names differ."""

import sys
from collections.abc import Collection, Iterable

DISTRIBUTIONS = {
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "cv2": "opencv-python-headless",
    "PIL": "pillow",
    "yaml": "pyyaml",
    "bs4": "beautifulsoup4",
    "dotenv": "python-dotenv",
    "dateutil": "python-dateutil",
    "git": "gitpython",
    "attr": "attrs",
    "google": "google-api-python-client",
    "umap": "umap-learn",
    "imblearn": "imbalanced-learn",
    "category_encoders": "category-encoders",
    "Bio": "biopython",
    "jwt": "pyjwt",
    "OpenSSL": "pyopenssl",
    "serial": "pyserial",
    "skopt": "scikit-optimize",
    "pytorch_lightning": "pytorch-lightning",
    "hydra": "hydra-core",
    "absl": "absl-py",
    "tensorboardX": "tensorboardx",
    "torch_geometric": "torch-geometric",
    "mpl_toolkits": "matplotlib",
    "sentence_transformers": "sentence-transformers",
    "psycopg2": "psycopg2-binary",
    "MySQLdb": "mysqlclient",
    "lightning_fabric": "lightning",
    "docx": "python-docx",
    "fitz": "pymupdf",
    "magic": "python-magic",
    "pkg_resources": "setuptools",
}


def distributions(imports: Iterable[str]) -> tuple[str, ...]:
    """Return the distributions that provide `imports`, without the standard library, sorted."""
    names = {name for name in imports if name not in sys.stdlib_module_names and name.isidentifier()}
    return tuple(sorted({DISTRIBUTIONS.get(name, name.replace("_", "-")) for name in names}))


ALIKE = {
    "mlflow": ("mlflow-skinny",), "tensorflow": ("tensorflow-cpu", "tensorflow-gpu", "tensorflow-macos", "tf-nightly", "intel-tensorflow"),
    "opencv-python-headless": ("opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless"), "xgboost": ("xgboost-cpu",),
    "psycopg2-binary": ("psycopg2",), "pyspark": ("databricks-connect",), "lightning": ("pytorch-lightning",), "attrs": ("attr",),
    "scikit-learn": ("scikit-learn-intelex",), "faiss": ("faiss-cpu", "faiss-gpu"), "ray": ("ray-core",), "keras": ("tensorflow",),
    "skopt": ("scikit-optimize",), "polars": ("polars-lts-cpu",), "omegaconf": ("hydra-core",),
}  # fmt: skip
"""Distribution → others that bring the same import."""


def provided(name: str, names: Collection[str]) -> bool:
    """Tell whether one of the distributions called `names` brings what `name` is imported for; all names as indexes compare them."""
    plain = name.replace("_", "-").replace(".", "-").lower()
    return plain in names or any(other in names for other in ALIKE.get(plain, ()))
