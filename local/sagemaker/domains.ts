import type { ListDomainsCommandOutput } from "@aws-sdk/client-sagemaker";
import type { Answer } from "./answer.ts";

/** ListDomains: there is no Studio here, so never one. */
export function domainOperations() {
  return {
    ListDomains(): Answer<ListDomainsCommandOutput> {
      return { Domains: [] };
    },
  };
}
