variable "api_key" {
  type      = string
  sensitive = true
}

variable "password" {
  type      = string
  sensitive = true
}

variable "mayfly_site_root" {
  type = string
}

resource "terraform_data" "only" {
  input = { password = sha256(var.password), trace = "${dirname(var.mayfly_site_root)}/trace" }

  provisioner "local-exec" {
    # What a careless script prints has to be struck out.
    command     = "echo \"the key is $KEY\"; echo made >> \"$TRACE\""
    environment = { KEY = nonsensitive(var.api_key), TRACE = self.input.trace }
  }

  provisioner "local-exec" {
    when        = destroy
    command     = "echo gone >> \"$TRACE\""
    environment = { TRACE = self.input.trace }
  }
}

output "digest" {
  value = nonsensitive(sha256(var.api_key))
}

output "api_key" {
  value     = var.api_key
  sensitive = true
}
