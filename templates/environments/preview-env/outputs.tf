output "url" {
  value       = "${var.mayfly_site_url}/${var.mayfly_environment}/"
  description = "Where the preview answers."
  # A link that answers 404 is none.
  depends_on = [terraform_data.page]
}

output "branch" {
  value = var.branch
}

output "username" {
  value = "preview"
}

output "password" {
  value     = var.password
  sensitive = true
}
