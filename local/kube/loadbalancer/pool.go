package loadbalancer

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	corelisters "k8s.io/client-go/listers/core/v1"
	cloudprovider "k8s.io/cloud-provider"
	"k8s.io/cloud-provider/api"
)

// retryAfter is how soon a Service that got no address is looked at again.
const retryAfter = 5 * time.Second

// pool gives each Service an address of its own out of a range, the lowest free
// one. It has no file: after a restart the Services tell who has which.
type pool struct {
	addresses netip.Prefix
	services  corelisters.ServiceLister

	mu sync.Mutex
	// owners is nil until it was learned from the Services.
	owners map[netip.Addr]types.UID
}

func newPool(addresses netip.Prefix, services corelisters.ServiceLister) *pool {
	return &pool{addresses: addresses.Masked(), services: services}
}

// GetLoadBalancer tells the address a Service has.
func (p *pool) GetLoadBalancer(_ context.Context, _ string, service *v1.Service) (*v1.LoadBalancerStatus, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.learn(); err != nil {
		return nil, false, err
	}
	address, ok := p.addressOf(service.UID)
	if !ok {
		return nil, false, nil
	}
	return statusWith(address), true, nil
}

// GetLoadBalancerName names it as clouds do by default.
func (p *pool) GetLoadBalancerName(_ context.Context, _ string, service *v1.Service) string {
	return cloudprovider.DefaultLoadBalancerName(service)
}

// EnsureLoadBalancer returns the address of a Service, a free one if it has none.
func (p *pool) EnsureLoadBalancer(_ context.Context, _ string, service *v1.Service, _ []*v1.Node) (*v1.LoadBalancerStatus, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.learn(); err != nil {
		return nil, err
	}
	if address, ok := p.addressOf(service.UID); ok {
		return statusWith(address), nil
	}
	for address := p.addresses.Addr(); p.addresses.Contains(address); address = address.Next() {
		if _, taken := p.owners[address]; !taken {
			p.owners[address] = service.UID
			return statusWith(address), nil
		}
	}
	message := fmt.Sprintf("all %d addresses of %s are taken: delete a Service of type LoadBalancer", len(p.owners), p.addresses)
	return nil, api.NewRetryError(message, retryAfter)
}

// UpdateLoadBalancer does nothing: kube-proxy knows the node.
func (p *pool) UpdateLoadBalancer(context.Context, string, *v1.Service, []*v1.Node) error {
	return nil
}

// EnsureLoadBalancerDeleted makes the address of a Service free again.
func (p *pool) EnsureLoadBalancerDeleted(_ context.Context, _ string, service *v1.Service) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.learn(); err != nil {
		return err
	}
	if address, ok := p.addressOf(service.UID); ok {
		delete(p.owners, address)
	}
	return nil
}

// learn reads, once, which addresses the Services have. The controller asks for
// nothing before its lister is filled. Of two with the same address, which only
// somebody else can have written, one gets another.
func (p *pool) learn() error {
	if p.owners != nil {
		return nil
	}
	services, err := p.services.List(labels.Everything())
	if err != nil {
		return err
	}
	p.owners = map[netip.Addr]types.UID{}
	for _, service := range services {
		for _, ingress := range service.Status.LoadBalancer.Ingress {
			address, err := netip.ParseAddr(ingress.IP)
			if err != nil || !p.addresses.Contains(address) {
				continue
			}
			if _, taken := p.owners[address]; !taken {
				p.owners[address] = service.UID
			}
		}
	}
	return nil
}

func (p *pool) addressOf(service types.UID) (netip.Addr, bool) {
	for address, owner := range p.owners {
		if owner == service {
			return address, true
		}
	}
	return netip.Addr{}, false
}

func statusWith(address netip.Addr) *v1.LoadBalancerStatus {
	mode := v1.LoadBalancerIPModeVIP
	return &v1.LoadBalancerStatus{Ingress: []v1.LoadBalancerIngress{{IP: address.String(), IPMode: &mode}}}
}
