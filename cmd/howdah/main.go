// Command howdah is the whole of Howdah in one binary.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"howdah/server/config"
)

// version is set by the linker (see the Makefile).
var version = "dev"

// Exit codes: done, failed, misused.
const (
	exitFailed  = 1
	exitMisused = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the process at once
	}()
	err := execute(ctx, root(), os.Args[1:])
	if err == nil {
		return
	}
	var plugin *exitError
	if errors.As(err, &plugin) {
		os.Exit(plugin.code)
	}
	fmt.Fprintln(os.Stderr, "howdah: "+explain(err))
	var mistakes *config.Mistakes
	var misuse *misuseError
	if errors.As(err, &misuse) || errors.As(err, &mistakes) {
		os.Exit(exitMisused)
	}
	os.Exit(exitFailed)
}
