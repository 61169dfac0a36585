variable "api_key" {
  type      = string
  sensitive = true
}

variable "password" {
  type      = string
  sensitive = true
}

resource "terraform_data" "only" {
  input = sha256(var.password)

  provisioner "local-exec" {
    # What a careless script prints has to be struck out.
    command     = "echo \"the key is $KEY\""
    environment = { KEY = nonsensitive(var.api_key) }
  }
}

output "digest" {
  value = nonsensitive(sha256(var.api_key))
}

output "api_key" {
  value     = var.api_key
  sensitive = true
}
