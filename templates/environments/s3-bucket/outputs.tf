output "bucket" {
  value = aws_s3_bucket.this.bucket
}

output "region" {
  value = data.aws_region.current.name
}

output "console" {
  value = "https://s3.console.aws.amazon.com/s3/buckets/${aws_s3_bucket.this.bucket}?region=${data.aws_region.current.name}"
}
