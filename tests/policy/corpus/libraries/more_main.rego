package main

shared := "helped by the second"

deny contains "of the second file" if count(input.resource_changes) > 2
