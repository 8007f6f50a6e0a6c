#!/usr/bin/env bash
# What people do today: one account after the other, one process of the AWS CLI for each call.
set -u
aws() { "$PYTHON" -m awscli "$@"; }
for account in "$@"; do
  read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN < <(
    aws sts assume-root --target-principal "$account" --task-policy-arn arn=arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials \
      --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)
  [ -n "${AWS_SESSION_TOKEN:-}" ] || continue # else the calls below would act on the caller itself
  (
    export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
    aws iam get-login-profile > /dev/null 2>&1 && aws iam delete-login-profile
    for key in $(aws iam list-access-keys --query 'AccessKeyMetadata[].AccessKeyId' --output text); do aws iam delete-access-key --access-key-id "$key"; done
    for certificate in $(aws iam list-signing-certificates --query 'Certificates[].CertificateId' --output text); do
      aws iam delete-signing-certificate --certificate-id "$certificate"
    done
    for device in $(aws iam list-mfa-devices --query 'MFADevices[].SerialNumber' --output text); do aws iam deactivate-mfa-device --serial-number "$device"; done
  )
  export -n AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
  AWS_ACCESS_KEY_ID=$CALLER_KEY AWS_SECRET_ACCESS_KEY=local
  unset AWS_SESSION_TOKEN
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
done
