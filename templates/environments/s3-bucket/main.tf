terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

# Region, credentials, endpoint and the tags that all resources carry come from the environment.
provider "aws" {}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  # Bucket names are unique in all of AWS, so that the environment's name alone does not do: the digest
  # of account and region tells two installations apart. 63 characters are allowed.
  suffix = substr(sha256("${data.aws_caller_identity.current.account_id}/${data.aws_region.current.name}/${var.mayfly_environment}"), 0, 10)
  bucket = "${trimsuffix(substr(var.mayfly_environment, 0, 50), "-")}-${local.suffix}"
}

resource "aws_s3_bucket" "this" {
  bucket = local.bucket
  # The receipt says that everything is gone; a full bucket would refuse to go.
  force_destroy = true
  tags          = { purpose = var.purpose }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }

  # S3 refuses two changes of one bucket's settings at the same moment.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  count  = var.versioning == "on" ? 1 : 0
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}
