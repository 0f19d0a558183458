package loadbalancer

import (
	"context"
	"errors"
	"net/netip"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/cloud-provider/api"
)

// newService is one whose name is its UID too; addresses are what its status has.
func newService(name string, addresses ...string) *v1.Service {
	result := &v1.Service{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop", UID: types.UID(name)}}
	for _, address := range addresses {
		result.Status.LoadBalancer.Ingress = append(result.Status.LoadBalancer.Ingress, v1.LoadBalancerIngress{IP: address})
	}
	return result
}

// poolOf has the addresses .32 to .35, some of which Services have already.
func poolOf(t *testing.T, existing ...*v1.Service) *pool {
	indexer := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
	for _, each := range existing {
		if err := indexer.Add(each); err != nil {
			t.Fatal(err)
		}
	}
	return newPool(netip.MustParsePrefix("10.99.0.33/30"), corelisters.NewServiceLister(indexer))
}

// expect asks for an address and compares.
func (p *pool) expect(t *testing.T, name, want string) {
	t.Helper()
	status, err := p.EnsureLoadBalancer(context.Background(), "", newService(name), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := status.Ingress[0].IP; got != want {
		t.Errorf("%s got %s, want %s", name, got, want)
	}
}

func (p *pool) free(t *testing.T, name string) {
	t.Helper()
	if err := p.EnsureLoadBalancerDeleted(context.Background(), "", newService(name)); err != nil {
		t.Fatal(err)
	}
}

func TestEachServiceHasOneAddress(t *testing.T) {
	pool := poolOf(t)
	pool.expect(t, "a", "10.99.0.32")
	pool.expect(t, "b", "10.99.0.33")
	pool.expect(t, "a", "10.99.0.32")
}

func TestAnAddressIsUsedAgain(t *testing.T) {
	pool := poolOf(t)
	pool.expect(t, "a", "10.99.0.32")
	pool.expect(t, "b", "10.99.0.33")
	pool.free(t, "a")
	pool.free(t, "stranger")
	if _, exists, err := pool.GetLoadBalancer(context.Background(), "", newService("a")); exists || err != nil {
		t.Errorf("a exists: %v, %v", exists, err)
	}
	pool.expect(t, "c", "10.99.0.32")
}

func TestAddressesAreLearnedFromServices(t *testing.T) {
	pool := poolOf(t, newService("a", "10.99.0.33"), newService("foreign", "10.99.0.1", "not an address"))
	pool.expect(t, "b", "10.99.0.32")
	pool.expect(t, "a", "10.99.0.33")
	pool.expect(t, "foreign", "10.99.0.34")
	status, exists, err := pool.GetLoadBalancer(context.Background(), "", newService("a"))
	if !exists || err != nil || status.Ingress[0].IP != "10.99.0.33" {
		t.Errorf("a has %v, %v, %v", status, exists, err)
	}
}

func TestOneOfTwoWithTheSameAddressGetsAnother(t *testing.T) {
	pool := poolOf(t, newService("a", "10.99.0.34"), newService("b", "10.99.0.34"))
	got := map[string]bool{}
	for _, name := range []string{"a", "b"} {
		status, err := pool.EnsureLoadBalancer(context.Background(), "", newService(name), nil)
		if err != nil {
			t.Fatal(err)
		}
		got[status.Ingress[0].IP] = true
	}
	if !got["10.99.0.34"] || !got["10.99.0.32"] {
		t.Errorf("got %v", got)
	}
}

func TestAFullPoolSaysSoAndIsAskedAgain(t *testing.T) {
	pool := poolOf(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		if _, err := pool.EnsureLoadBalancer(context.Background(), "", newService(name), nil); err != nil {
			t.Fatal(err)
		}
	}
	_, err := pool.EnsureLoadBalancer(context.Background(), "", newService("e"), nil)
	want := "all 4 addresses of 10.99.0.32/30 are taken: delete a Service of type LoadBalancer"
	var retry *api.RetryError
	if !errors.As(err, &retry) || err.Error() != want || retry.RetryAfter() != retryAfter {
		t.Errorf("got %v", err)
	}
	pool.free(t, "c")
	pool.expect(t, "e", "10.99.0.34")
}
