// A double of Pulumi's `command` provider for the tests: its resource command:local:Command, as far as
// templates of ours use it. The published plugin is a download that a build machine may not reach.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"syscall"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// Command runs a shell command when it is created, updated and deleted.
type Command struct{}

// CommandArgs are what a program gives.
type CommandArgs struct {
	Create      *string           `pulumi:"create,optional"`
	Update      *string           `pulumi:"update,optional"`
	Delete      *string           `pulumi:"delete,optional"`
	Stdin       *string           `pulumi:"stdin,optional"`
	Dir         *string           `pulumi:"dir,optional"`
	Environment map[string]string `pulumi:"environment,optional"`
	Interpreter []string          `pulumi:"interpreter,optional"`
	Triggers    []any             `pulumi:"triggers,optional"`
}

// CommandState is what the state keeps.
type CommandState struct {
	CommandArgs
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// Annotate gives the resource the token that programs know it by.
func (c *Command) Annotate(a infer.Annotator) {
	a.SetToken("local", "Command")
	a.Describe(&c, "A local command, run on create, update and delete.")
}

// Create runs the create command.
func (Command) Create(ctx context.Context, req infer.CreateRequest[CommandArgs]) (infer.CreateResponse[CommandState], error) {
	state := CommandState{CommandArgs: req.Inputs}
	if req.DryRun {
		return infer.CreateResponse[CommandState]{Output: state}, nil
	}
	err := state.run(ctx, req.Inputs.Create, nil)
	id := make([]byte, 8)
	if _, failed := rand.Read(id); failed != nil {
		return infer.CreateResponse[CommandState]{}, failed
	}
	return infer.CreateResponse[CommandState]{ID: "command" + hex.EncodeToString(id), Output: state}, err
}

// Diff replaces where a trigger has changed, and updates where anything else has.
func (Command) Diff(_ context.Context, req infer.DiffRequest[CommandArgs, CommandState]) (infer.DiffResponse, error) {
	detail := map[string]p.PropertyDiff{}
	if !reflect.DeepEqual(req.Inputs.Triggers, req.State.Triggers) {
		detail["triggers"] = p.PropertyDiff{Kind: p.UpdateReplace}
	}
	for name, same := range map[string]bool{
		"create":      reflect.DeepEqual(req.Inputs.Create, req.State.Create),
		"update":      reflect.DeepEqual(req.Inputs.Update, req.State.Update),
		"delete":      reflect.DeepEqual(req.Inputs.Delete, req.State.Delete),
		"stdin":       reflect.DeepEqual(req.Inputs.Stdin, req.State.Stdin),
		"dir":         reflect.DeepEqual(req.Inputs.Dir, req.State.Dir),
		"environment": reflect.DeepEqual(req.Inputs.Environment, req.State.Environment),
		"interpreter": reflect.DeepEqual(req.Inputs.Interpreter, req.State.Interpreter),
	} {
		if !same {
			detail[name] = p.PropertyDiff{Kind: p.Update}
		}
	}
	return infer.DiffResponse{HasChanges: len(detail) > 0, DetailedDiff: detail, DeleteBeforeReplace: true}, nil
}

// Update runs the update command, or the create command again where there is none.
func (Command) Update(ctx context.Context, req infer.UpdateRequest[CommandArgs, CommandState]) (infer.UpdateResponse[CommandState], error) {
	state := CommandState{CommandArgs: req.Inputs, Stdout: req.State.Stdout, Stderr: req.State.Stderr}
	if req.DryRun {
		return infer.UpdateResponse[CommandState]{Output: state}, nil
	}
	command := req.Inputs.Update
	if command == nil {
		command = req.Inputs.Create
	}
	err := state.run(ctx, command, &req.State)
	return infer.UpdateResponse[CommandState]{Output: state}, err
}

// Delete runs the delete command.
func (Command) Delete(ctx context.Context, req infer.DeleteRequest[CommandState]) (infer.DeleteResponse, error) {
	state := req.State
	return infer.DeleteResponse{}, state.run(ctx, req.State.Delete, &req.State)
}

// run executes a command by the interpreter; what an earlier one printed is in its environment.
func (s *CommandState) run(ctx context.Context, command *string, before *CommandState) error {
	if command == nil {
		return nil
	}
	interpreter := s.Interpreter
	if len(interpreter) == 0 {
		interpreter = []string{"/bin/sh", "-c"}
	}
	args := append(append([]string{}, interpreter[1:]...), *command)
	cmd := exec.CommandContext(ctx, interpreter[0], args...)
	// A group of its own, so that a cancelled command takes along what it started.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.Env = os.Environ()
	for key, value := range s.Environment {
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	if before != nil {
		cmd.Env = append(cmd.Env, "PULUMI_COMMAND_STDOUT="+before.Stdout, "PULUMI_COMMAND_STDERR="+before.Stderr)
	}
	if s.Dir != nil {
		cmd.Dir = *s.Dir
	}
	if s.Stdin != nil {
		cmd.Stdin = strings.NewReader(*s.Stdin)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	s.Stdout = strings.TrimSuffix(stdout.String(), "\n")
	s.Stderr = strings.TrimSuffix(stderr.String(), "\n")
	if err != nil {
		return fmt.Errorf("%w\n%s%s", err, stdout.String(), stderr.String())
	}
	return nil
}

func main() {
	provider, err := infer.NewProviderBuilder().
		WithResources(infer.Resource(Command{})).
		WithNamespace("mayfly").
		Build()
	if err == nil {
		err = provider.Run(context.Background(), "command", "1.0.0")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
