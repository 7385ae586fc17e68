import type { Coordinates } from './delivery-record.ts';

const earthRadiusMetres = 6_371_000;

/** Great-circle distance (haversine), in metres. */
export function distanceMetres(from: Coordinates, to: Coordinates): number {
  const latitude1 = radians(from.latitude);
  const latitude2 = radians(to.latitude);
  const half =
    Math.sin((latitude2 - latitude1) / 2) ** 2 +
    Math.cos(latitude1) * Math.cos(latitude2) * Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  return 2 * earthRadiusMetres * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** Whether both numbers can be a place on earth. */
export function isPlace({ latitude, longitude }: Coordinates): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
