# What is guarded is not extended.
package extend

deny_guarded contains "This project is guarded." if input.project == "guarded"
