"""What the parent says on the first line of standard input; nothing of it shows in the process list."""
import json
import os
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    endpoint: str  # the front: the only endpoint that functions, tasks and additions call
    secret: str  # opens the front's own paths
    account: str
    region: str
    work: str
    node_modules: str
    lambda_concurrency: int

    def prepare_environment(self, port: int) -> None:
        # Functions are unzipped below TMPDIR, where Node finds the runtime's own @aws-sdk by walking up: NODE_PATH does not serve ESM.
        os.symlink(self.node_modules, os.path.join(self.work, "node_modules"))
        os.environ.update(
            BIND_HOST="127.0.0.1",
            MINISTACK_HOST="127.0.0.1",
            GATEWAY_PORT=str(port),
            MINISTACK_ACCOUNT_ID=self.account,
            MINISTACK_REGION=self.region,
            TMPDIR=self.work,
            STATE_DIR=os.path.join(self.work, "state"),
            S3_DATA_DIR=os.path.join(self.work, "s3"),
            LOG_LEVEL="ERROR",
            LAMBDA_EXECUTOR="local",
            LAMBDA_ACCOUNT_CONCURRENCY=str(self.lambda_concurrency),
            DOCKER_HOST="unix:///nonexistent",
            IOT_MTLS_ENABLED="0",
            SFTP_ENABLED="0",
            AWS_ENDPOINT_URL=self.endpoint,
            AWS_EC2_METADATA_DISABLED="true",
        )


settings = Settings(**json.loads(sys.stdin.buffer.readline()))
