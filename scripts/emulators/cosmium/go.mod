module emulators

go 1.24.0

require github.com/pikami/cosmium v0.1.20
