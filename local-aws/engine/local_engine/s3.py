"""S3: a bucket keeps the tags that its stack gives it; the CDK's autoDeleteObjects asks for them before it deletes."""
from local_engine.handlers import around
from ministack.services import s3


def keep_tags(bucket, properties):
    if properties is not None:
        s3._bucket_tags[bucket] = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}


def install():
    around("AWS::S3::Bucket", after=keep_tags)
