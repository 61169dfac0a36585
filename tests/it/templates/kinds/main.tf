variable "a_string" {
  type = string
}

variable "an_integer" {
  type = number
}

variable "a_number" {
  type = number
}

variable "a_boolean" {
  type = bool
}

variable "a_choice" {
  type = string
}

variable "some" {
  type = list(string)
}

variable "one_of_many" {
  type = string
}

variable "a_user" {
  type = string
}

variable "a_channel" {
  type = string
}

variable "a_date" {
  type = string
}

variable "a_duration" {
  type = string
}

variable "a_text" {
  type    = string
  default = ""
}

resource "terraform_data" "only" {
  input = var.a_string
}

output "all" {
  value = jsonencode({
    a_string    = var.a_string
    a_text      = var.a_text
    an_integer  = var.an_integer
    a_number    = var.a_number
    a_boolean   = var.a_boolean
    a_choice    = var.a_choice
    some        = var.some
    one_of_many = var.one_of_many
    a_user      = var.a_user
    a_channel   = var.a_channel
    a_date      = var.a_date
    a_duration  = var.a_duration
  })
}
