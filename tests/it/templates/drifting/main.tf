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

variable "note" {
  type = string
}

variable "password" {
  type      = string
  sensitive = true
}

variable "mayfly_environment" {
  type = string
}

resource "aws_sns_topic" "kept" {
  name         = "${var.mayfly_environment}-kept"
  display_name = var.note
  # A template that gives a secret away: what is told of it has to be scrubbed all the same.
  tags = { code = nonsensitive(var.password) }
}

resource "aws_sns_topic" "lost" {
  name = "${var.mayfly_environment}-lost"
}

output "kept" {
  value = aws_sns_topic.kept.arn
}

output "lost" {
  value = aws_sns_topic.lost.arn
}
