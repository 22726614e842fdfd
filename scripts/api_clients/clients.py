"""The linters and the generated clients, each with its commands. All are run in the folder of the tools."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scripts.api_clients.tools import FOLDER, GENERATED, run

DOCUMENT: Final = "openapi.json"
LINTERS: Final = {
    "Spectral": ("spectral", "lint", DOCUMENT, "--ruleset", "spectral.yaml", "--fail-severity", "warn"),
    "Redocly": ("redocly", "lint", DOCUMENT, "--config", "redocly-strict.yaml"),
}
_SWAGGER_TYPESCRIPT_API: Final = ("-p", DOCUMENT, "-o", "generated/swagger-typescript-api", "-n", "api.ts")
_OPENAPI_GENERATOR: Final = (
    "openapi-generator-cli", "generate", "--input-spec", DOCUMENT,
    "--global-property", "apiDocs=false,modelDocs=false,apiTests=false,modelTests=false",
)  # fmt: skip
_TSC: Final = (
    "node_modules/typescript-7/bin/tsc", "--strict", "--noEmit", "--skipLibCheck", "--target", "es2022",
    "--module", "esnext", "--moduleResolution", "bundler",
)  # fmt: skip
_MYPY: Final = (sys.executable, "-m", "mypy", "--config-file=", "--python-executable", "venv/bin/python")


@dataclass(frozen=True, slots=True)
class TypeScriptClient:
    """A client in TypeScript; `uses/NAME.ts` calls every operation through it."""

    name: str
    generator: Sequence[str]

    def generate(self) -> None:
        """Generate it, without the comments that would take it out of the compiler's sight."""
        folder = GENERATED / self.name
        folder.mkdir()
        run(self.generator)
        for path in folder.rglob("*.ts"):
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace("// @ts-nocheck\n", ""), encoding="utf-8")

    def compile(self) -> None:
        """Compile it and its use strictly."""
        run([*_TSC, f"uses/{self.name}.ts"])
        run(["esbuild", f"uses/{self.name}.ts", "--bundle", "--format=esm", f"--outfile=out/{self.name}.mjs"])

    def use(self, address: str) -> None:
        """Call every operation of the service at an address."""
        run(["node", f"out/{self.name}.mjs", address])


@dataclass(frozen=True, slots=True)
class PythonClient:
    """A client in Python; `uses/NAME.py` calls every operation through it.

    `is_strict` tells whether the client itself is written for mypy's strict mode. Its use always is.
    """

    name: str
    package: str
    generator: Sequence[str]
    is_strict: bool

    def generate(self) -> None:
        """Generate it."""
        run(self.generator)

    def compile(self) -> None:
        """Check the types of it and of its use."""
        path = GENERATED / self.name
        run([*_MYPY, *(["--strict"] if self.is_strict else []), str(path / self.package)])
        run([*_MYPY, "--strict", "--follow-imports=silent", f"uses/{self.name}.py"], python_path=path)

    def use(self, address: str) -> None:
        """Call every operation of the service at an address."""
        run(["python", f"uses/{self.name}.py", address], python_path=GENERATED / self.name)


Client = TypeScriptClient | PythonClient

CLIENTS: Final[tuple[Client, ...]] = (
    TypeScriptClient("openapi-fetch", ("openapi-typescript", DOCUMENT, "-o", "generated/openapi-fetch/schema.ts")),
    TypeScriptClient("hey-api", ("openapi-ts", "-i", DOCUMENT, "-o", "generated/hey-api")),
    TypeScriptClient(
        "swagger-typescript-api",
        ("swagger-typescript-api", "generate", *_SWAGGER_TYPESCRIPT_API),
    ),
    TypeScriptClient("oazapfts", ("oazapfts", DOCUMENT, "generated/oazapfts/api.ts")),
    TypeScriptClient(
        "typescript-fetch", (*_OPENAPI_GENERATOR, "-g", "typescript-fetch", "-o", "generated/typescript-fetch")
    ),
    PythonClient(
        "openapi_generator",
        "openapi_client",
        (*_OPENAPI_GENERATOR, "-g", "python", "-o", "generated/openapi_generator"),
        is_strict=False,
    ),
    PythonClient(
        "openapi_python_client",
        "neighbourhood_finder_client",
        ("openapi-python-client", "generate", "--path", DOCUMENT, "--output-path", "generated/openapi_python_client"),
        is_strict=True,
    ),
)


def write_document(content: bytes) -> None:
    """Write the description of the API to where the commands read it."""
    (FOLDER / DOCUMENT).write_bytes(content)
