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

resource "terraform_data" "waits" {
  input = dirname(var.mayfly_site_root)

  provisioner "local-exec" {
    when        = destroy
    command     = "echo begun >> \"$DATA/trace\"; while [ ! -e \"$DATA/go\" ]; do sleep 0.2; done"
    environment = { DATA = self.input }
  }
}

# Destroyed before the wait.
resource "aws_sns_topic" "made" {
  name       = var.mayfly_environment
  depends_on = [terraform_data.waits]
}
