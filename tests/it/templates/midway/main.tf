terraform {
  required_providers {
    # By its whole name: OpenTofu looks elsewhere for a short one.
    aws = {
      source  = "registry.terraform.io/hashicorp/aws"
      version = "5.100.0"
    }
  }
}

provider "aws" {}

variable "mayfly_environment" {
  type = string
}

variable "mayfly_site_root" {
  type = string
}

# It exists before its provisioner runs, and its engine says so only after it.
resource "aws_s3_bucket" "made" {
  bucket = var.mayfly_environment

  provisioner "local-exec" {
    command     = "echo begun >> \"$TRACE\"; sleep 600"
    environment = { TRACE = "${dirname(var.mayfly_site_root)}/trace" }
  }
}
