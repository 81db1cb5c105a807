import { validationException } from "../wire.ts";

/** Whether an image is SageMaker's built-in image-classification, in any account and region. */
export function isImageClassification(image: string): boolean {
  return /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/image-classification(:1|:latest)?$/.test(
    image,
  );
}

/** Why another image can't run here. Nothing is pulled: the local SageMaker has no containers. */
export function foreignImage(image: string): string {
  return (
    `the local SageMaker runs image-classification only, ` +
    `<account>.dkr.ecr.<region>.amazonaws.com/image-classification:1, not ${image}`
  );
}

/** Whether an instance type has a GPU. */
function hasGpu(instanceType: string): boolean {
  return /^ml\.(p\d|g\d|trn)/.test(instanceType);
}

/** Refuses CPU instances for image-classification. @throws ServiceError ValidationException */
export function checkTrainingInstance(image: string, instanceType: string): void {
  if (!isImageClassification(image) || hasGpu(instanceType)) return;
  throw validationException(
    `Instance type ${instanceType} is not supported by algorithm image-classification; only GPU ` +
      "instances are supported.",
  );
}
