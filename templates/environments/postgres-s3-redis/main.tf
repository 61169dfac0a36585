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
  # Names have at most 40 characters in ElastiCache, 63 in RDS and S3. The digest keeps what was cut off
  # apart, and two installations, for the names of buckets are unique in all of AWS.
  suffix = substr(sha256("${data.aws_caller_identity.current.account_id}/${data.aws_region.current.name}/${var.mayfly_environment}"), 0, 8)
  name   = "${trimsuffix(substr(var.mayfly_environment, 0, 30), "-")}-${local.suffix}"
}
