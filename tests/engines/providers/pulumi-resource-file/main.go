// A Pulumi provider for the tests: file:index:File is a file with a content. It reads what is there, so
// that a change from outside is found as drift, which a command cannot show.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// File is a file on this machine.
type File struct{}

// FileArgs are what a program gives.
type FileArgs struct {
	Path    string `pulumi:"path"`
	Content string `pulumi:"content"`
}

// FileState is what the state keeps.
type FileState struct {
	FileArgs
}

// Annotate gives the resource its token.
func (f *File) Annotate(a infer.Annotator) {
	a.SetToken("index", "File")
	a.Describe(&f, "A file with a content.")
}

// Check refuses the one content, and takes for ever over the other, that the tests need for that.
func (File) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[FileArgs], error) {
	args, failures, err := infer.DefaultCheck[FileArgs](ctx, req.NewInputs)
	if err == nil && args.Content == "refused" {
		failures = append(failures, p.CheckFailure{Property: "content", Reason: "this content is not allowed"})
	}
	if err == nil && args.Content == "endless" {
		// Whoever waits for that is to know; where it cannot be written, nobody does.
		_ = os.WriteFile(args.Path+".asked", nil, 0o600)
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(10 * time.Minute):
		}
	}
	return infer.CheckResponse[FileArgs]{Inputs: args, Failures: failures}, err
}

// Create writes the file.
func (File) Create(_ context.Context, req infer.CreateRequest[FileArgs]) (infer.CreateResponse[FileState], error) {
	state := FileState{req.Inputs}
	made := infer.CreateResponse[FileState]{ID: req.Inputs.Path, Output: state}
	if req.DryRun {
		return made, nil
	}
	return made, os.WriteFile(req.Inputs.Path, []byte(req.Inputs.Content), 0o600)
}

// Read says what the file holds now; one that is gone has no id.
func (File) Read(_ context.Context, req infer.ReadRequest[FileArgs, FileState]) (infer.ReadResponse[FileArgs, FileState], error) {
	content, err := os.ReadFile(req.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return infer.ReadResponse[FileArgs, FileState]{}, nil
	}
	if err != nil {
		return infer.ReadResponse[FileArgs, FileState]{}, err
	}
	args := FileArgs{Path: req.ID, Content: string(content)}
	return infer.ReadResponse[FileArgs, FileState]{ID: req.ID, Inputs: args, State: FileState{args}}, nil
}

// Diff replaces where the path has changed, and updates where the content has.
func (File) Diff(_ context.Context, req infer.DiffRequest[FileArgs, FileState]) (infer.DiffResponse, error) {
	detail := map[string]p.PropertyDiff{}
	if req.Inputs.Path != req.State.Path {
		detail["path"] = p.PropertyDiff{Kind: p.UpdateReplace}
	}
	if req.Inputs.Content != req.State.Content {
		detail["content"] = p.PropertyDiff{Kind: p.Update}
	}
	return infer.DiffResponse{HasChanges: len(detail) > 0, DetailedDiff: detail, DeleteBeforeReplace: true}, nil
}

// Update writes the new content.
func (File) Update(_ context.Context, req infer.UpdateRequest[FileArgs, FileState]) (infer.UpdateResponse[FileState], error) {
	made := infer.UpdateResponse[FileState]{Output: FileState{req.Inputs}}
	if req.DryRun {
		return made, nil
	}
	return made, os.WriteFile(req.Inputs.Path, []byte(req.Inputs.Content), 0o600)
}

// Delete removes the file; one that is gone is removed.
func (File) Delete(_ context.Context, req infer.DeleteRequest[FileState]) (infer.DeleteResponse, error) {
	err := os.Remove(req.State.Path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return infer.DeleteResponse{}, err
}

func main() {
	provider, err := infer.NewProviderBuilder().
		WithResources(infer.Resource(File{})).
		WithNamespace("mayfly").
		Build()
	if err == nil {
		err = provider.Run(context.Background(), "file", "1.0.0")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
