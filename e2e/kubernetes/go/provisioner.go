package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	provisioner   = "millrace.test/directory"
	provisionedBy = "pv.kubernetes.io/provisioned-by"
	wantedFrom    = "volume.kubernetes.io/storage-provisioner"
)

// volumes gives each claim that asks for it a directory of this node, as a volume of type `local`: unlike hostPath, that
// type honours fsGroup, so pods of ordinary users can write.
type volumes struct {
	client kubernetes.Interface
	root   string
	node   string
}

func provisionVolumes() {
	kubeconfig := flag.String("kubeconfig", "", "file that says how to reach the API server")
	root := flag.String("directory", "", "where the volumes lie")
	node := flag.String("node", "", "name of this node")
	flag.CommandLine.Parse(os.Args[1:])
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	own := volumes{client: kubernetes.NewForConfigOrDie(config), root: *root, node: *node}
	factory := informers.NewSharedInformerFactory(own.client, 30*time.Second)
	watch(factory.Core().V1().PersistentVolumeClaims().Informer(), own.provide)
	watch(factory.Core().V1().PersistentVolumes().Informer(), own.remove)
	factory.Start(context.Background().Done())
	select {}
}

func watch[T any](informer cache.SharedIndexInformer, handle func(T) error) {
	seen := func(object any) {
		if err := handle(object.(T)); err != nil {
			fmt.Fprintln(os.Stderr, time.Now().Format(time.RFC3339), err)
		}
	}
	informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    seen,
		UpdateFunc: func(_, object any) { seen(object) },
	})
}

func (own volumes) provide(claim *core.PersistentVolumeClaim) error {
	if claim.Status.Phase != core.ClaimPending || claim.Spec.VolumeName != "" ||
		claim.Spec.StorageClassName == nil || claim.Annotations[wantedFrom] != provisioner {
		return nil
	}
	name := "volume-" + string(claim.UID)
	directory := filepath.Join(own.root, name)
	if err := os.MkdirAll(directory, 0o777); err != nil {
		return err
	}
	if err := os.Chmod(directory, 0o777); err != nil { // past the umask
		return err
	}
	_, err := own.client.CoreV1().PersistentVolumes().Create(context.Background(), &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: name, Annotations: map[string]string{provisionedBy: provisioner}},
		Spec: core.PersistentVolumeSpec{
			StorageClassName:              *claim.Spec.StorageClassName,
			AccessModes:                   claim.Spec.AccessModes,
			Capacity:                      core.ResourceList{core.ResourceStorage: claim.Spec.Resources.Requests[core.ResourceStorage]},
			PersistentVolumeReclaimPolicy: core.PersistentVolumeReclaimDelete,
			PersistentVolumeSource:        core.PersistentVolumeSource{Local: &core.LocalVolumeSource{Path: directory}},
			ClaimRef: &core.ObjectReference{
				Kind: "PersistentVolumeClaim", APIVersion: "v1",
				Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
			NodeAffinity: own.affinity(),
		},
	}, meta.CreateOptions{})
	return err
}

func (own volumes) affinity() *core.VolumeNodeAffinity {
	here := core.NodeSelectorRequirement{Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{own.node}}
	return &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{
		{MatchExpressions: []core.NodeSelectorRequirement{here}},
	}}}
}

func (own volumes) remove(volume *core.PersistentVolume) error {
	if volume.Annotations[provisionedBy] != provisioner || volume.Status.Phase != core.VolumeReleased {
		return nil
	}
	if err := os.RemoveAll(filepath.Join(own.root, volume.Name)); err != nil {
		return err
	}
	return own.client.CoreV1().PersistentVolumes().Delete(context.Background(), volume.Name, meta.DeleteOptions{})
}
