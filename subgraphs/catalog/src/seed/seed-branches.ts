import { attaRiceAndDal } from './atta-rice-and-dal.ts';
import { babyCare } from './baby-care.ts';
import { biscuitsAndCakes } from './biscuits-and-cakes.ts';
import { breakfastAndInstantFood } from './breakfast-and-instant-food.ts';
import { dairyBreadAndEggs } from './dairy-bread-and-eggs.ts';
import { dryFruitsAndNuts } from './dry-fruits-and-nuts.ts';
import { frozenAndIceCream } from './frozen-and-ice-cream.ts';
import { fruitsAndVegetables } from './fruits-and-vegetables.ts';
import { householdAndCleaning } from './household-and-cleaning.ts';
import { masalasSaltAndSugar } from './masalas-salt-and-sugar.ts';
import { oilsAndGhee } from './oils-and-ghee.ts';
import { personalCare } from './personal-care.ts';
import { saucesAndPickles } from './sauces-and-pickles.ts';
import type { SeedBranch } from './seed-branch.ts';
import { snacksAndNamkeen } from './snacks-and-namkeen.ts';
import { sweetsAndChocolates } from './sweets-and-chocolates.ts';
import { teaCoffeeAndDrinks } from './tea-coffee-and-drinks.ts';

/** The demonstration catalogue, in the order of the shop's home screen. Brands are invented. */
export const seedBranches: readonly SeedBranch[] = [
  fruitsAndVegetables,
  dairyBreadAndEggs,
  attaRiceAndDal,
  oilsAndGhee,
  masalasSaltAndSugar,
  snacksAndNamkeen,
  biscuitsAndCakes,
  teaCoffeeAndDrinks,
  breakfastAndInstantFood,
  saucesAndPickles,
  sweetsAndChocolates,
  frozenAndIceCream,
  dryFruitsAndNuts,
  personalCare,
  householdAndCleaning,
  babyCare,
];
