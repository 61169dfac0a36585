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

resource "aws_sns_topic" "made" {
  count = 2
  name  = "${var.mayfly_environment}-${count.index}"
}

resource "aws_s3_bucket" "made" {
  bucket = var.mayfly_environment
}

resource "terraform_data" "waits" {
  depends_on = [aws_sns_topic.made, aws_s3_bucket.made]

  provisioner "local-exec" {
    command     = "echo begun >> \"$TRACE\"; sleep 600"
    environment = { TRACE = "${dirname(var.mayfly_site_root)}/trace" }
  }
}
