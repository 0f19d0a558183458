// The program of the pods' sandboxes: see main.go. It needs nothing but Go.
module sessionstack.dev/local/pause

go 1.26.0
