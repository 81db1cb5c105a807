import type {
  AddTagsCommandInput,
  AddTagsCommandOutput,
  DeleteTagsCommandInput,
  ListTagsCommandInput,
  ListTagsCommandOutput,
  Tag,
} from "@aws-sdk/client-sagemaker";
import type { Answer } from "./answer.ts";
import type { Service } from "./service.ts";
import type { Valid } from "./valid.ts";
import { validationException } from "./wire.ts";

const maxTags = 50;

/** Gives a new resource its tags; also where it has none, so that its ARN is known. */
export function tagNew(service: Service, arn: string, tags: Valid<Tag[]> | undefined): void {
  service.tags.set(arn, merged(new Map(), tags ?? []));
}

/** AddTags, ListTags, DeleteTags. */
export function tagOperations(service: Service) {
  return {
    AddTags(input: Valid<AddTagsCommandInput>): Answer<AddTagsCommandOutput> {
      const all = merged(tagsOf(service, input.ResourceArn), input.Tags);
      service.tags.set(input.ResourceArn, all);
      return { Tags: asList(all) };
    },
    ListTags(input: Valid<ListTagsCommandInput>): Answer<ListTagsCommandOutput> {
      return { Tags: asList(tagsOf(service, input.ResourceArn)) };
    },
    DeleteTags(input: Valid<DeleteTagsCommandInput>) {
      const tags = tagsOf(service, input.ResourceArn);
      for (const key of input.TagKeys) tags.delete(key);
      return {};
    },
  };
}

function tagsOf(service: Service, arn: string): Map<string, string> {
  const tags = service.tags.get(arn);
  if (tags === undefined) {
    throw validationException(`Could not find resource "${arn}".`);
  }
  return tags;
}

function merged(old: ReadonlyMap<string, string>, added: Valid<Tag[]>): Map<string, string> {
  const all = new Map(old);
  for (const { Key, Value } of added) {
    if (Key.toLowerCase().startsWith("aws:")) {
      throw validationException(
        `Invalid tag key ${Key}: the prefix aws: is reserved for system use.`,
      );
    }
    all.set(Key, Value);
  }
  if (all.size > maxTags) {
    throw validationException(`A resource carries at most ${maxTags} tags.`);
  }
  return all;
}

function asList(tags: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
