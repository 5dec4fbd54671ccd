// The parts of a Kubernetes control plane in one program: the first argument picks the part.
//
// No package registry ships these programs, but their source is a Go module. One program instead of
// three saves two links and some 200 MB.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register" // --logging-format=json
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	command := pickCommand(os.Args)
	if command == nil {
		fmt.Fprintln(os.Stderr, "usage: controlplane kube-apiserver|kube-controller-manager|kube-scheduler [flags]")
		os.Exit(2)
	}
	os.Args = os.Args[1:] // cobra reads os.Args: the part's name becomes the program's
	os.Exit(cli.Run(command))
}

// pickCommand makes only the command that is wanted: each registers flags and metrics of its own.
func pickCommand(args []string) *cobra.Command {
	if len(args) < 2 {
		return nil
	}
	switch args[1] {
	case "kube-apiserver":
		return apiserver.NewAPIServerCommand()
	case "kube-controller-manager":
		return controllermanager.NewControllerManagerCommand()
	case "kube-scheduler":
		return scheduler.NewSchedulerCommand()
	}
	return nil
}
